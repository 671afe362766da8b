/** INFO: the text that tells what a server is and does, in sections that can be asked for by name. */
import { INFO_SECTIONS, type InfoSection } from './sections.js';
import type { InfoSource } from './source.js';

export type { InfoSource } from './source.js';

/** Other names of sections. */
const ALIASES: ReadonlyMap<string, string> = new Map([['module_list', 'modules']]);

/**
 * The text of the sections that `names` (in any case) ask for, `default`, `all` and `everything` among them; without
 * names the default ones. Unknown names are no error: they give no text. O(fields).
 */
export function infoText(source: InfoSource, names: readonly string[]): string {
  return chosenSections(names)
    .map(({ title, fields }) => {
      const lines = fields(source).map(([name, value]) => `${name}:${value}\r\n`);
      return `# ${title}\r\n${lines.join('')}`;
    })
    .join('\r\n');
}

function chosenSections(names: readonly string[]): readonly InfoSection[] {
  const wanted = new Set(names.map((name) => ALIASES.get(name.toLowerCase()) ?? name.toLowerCase()));
  const defaults = wanted.size === 0 || wanted.has('default');
  const all = wanted.has('all') || wanted.has('everything');
  return INFO_SECTIONS.filter(
    ({ name, byDefault, inAll }) => (all && inAll) || (defaults && byDefault) || wanted.has(name),
  );
}
