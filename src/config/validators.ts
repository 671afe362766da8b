/** Checks of single directives beyond their type: each gives the reason of a refusal, as Redis words it, or null. */

/** For `dbfilename`. */
export function checkDbFilename(value: string): string | null {
  return value.includes('/') ? "dbfilename can't be a path, just a filename" : null;
}

/** For `appendfilename`. */
export function checkAppendFilename(value: string): string | null {
  if (value === '') return "appendfilename can't be empty";
  return value.includes('/') ? "appendfilename can't be a path, just a filename" : null;
}

/** For `appenddirname`. */
export function checkAppendDirname(value: string): string | null {
  if (value === '') return "appenddirname can't be empty";
  return value.includes('/') ? "appenddirname can't be a path, just a dirname" : null;
}

/** For `cluster-announce-hostname`. */
export function checkAnnouncedHostname(value: string): string | null {
  if (value.length > 255) return 'Hostnames must be less than 256 characters';
  return /^[a-zA-Z0-9.-]*$/.test(value) ? null : 'Hostnames may only contain alphanumeric characters, hyphens or dots';
}

/** For `cluster-announce-human-nodename`: nothing that has a meaning in the cluster's file of nodes. */
export function checkAnnouncedNodename(value: string): string | null {
  return /[!#$%&()*+:;<>?@[\]^{|}~]/.test(value) ? 'Announced human node name contained invalid character' : null;
}

/** For `activedefrag`, which Redis refuses in builds that cannot move keys; nor can this server yet. */
export function checkActiveDefrag(value: boolean): string | null {
  if (!value) return null;
  return 'Active defragmentation cannot be enabled: it requires a Redis server compiled with a modified Jemalloc like the one shipped by default with the Redis source distribution';
}

/** For `cluster-enabled`: until cluster mode exists, a server that was told to use it must not start without it. */
export function checkClusterEnabled(value: boolean): string | null {
  return value ? 'Redstart does not support cluster mode yet: remove this line or set it to no' : null;
}

/** For the `shutdown-on-...` directives. */
export function checkShutdownOptions(value: readonly string[]): string | null {
  if (!value.includes('save') || !value.includes('nosave')) return null;
  return "shutdown options SAVE and NOSAVE can't be used simultaneously";
}

/** Variables of `proc-title-template`, with whether they give a text when nothing else is configured. */
const TITLE_VARIABLES = {
  title: false,
  'listen-addr': true,
  'server-mode': false,
  port: true,
  'tls-port': true,
  unixsocket: false,
  'config-file': true,
} as const;

export type TitleVariable = keyof typeof TITLE_VARIABLES;

export function isTitleVariable(name: string): name is TitleVariable {
  return Object.hasOwn(TITLE_VARIABLES, name);
}

/** For `proc-title-template`: only known variables, and something must be left to show. `{{` is a plain brace. */
export function checkTitleTemplate(value: string): string | null {
  const refusal = 'template format is invalid or contains unknown variables';
  let shows = false;
  for (let at = 0; at < value.length; at++) {
    if (value[at] !== '{' || value[at + 1] === '{') {
      if (value[at] === '{') at++;
      if (value[at] !== ' ') shows = true;
      continue;
    }
    const end = value.indexOf('}', at);
    const variable = end < 0 ? '' : value.slice(at + 1, end);
    if (!isTitleVariable(variable)) return refusal;
    shows ||= TITLE_VARIABLES[variable];
    at = end;
  }
  return shows ? null : refusal;
}
