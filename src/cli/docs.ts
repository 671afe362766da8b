/** `npm run docs`: writes docs/commands.md from the command table. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renderCommandDocs } from '../commands/command-docs.js';
import { createFullCommandTable } from '../commands/families/index.js';

const folder = fileURLToPath(new URL('../../docs/', import.meta.url));
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}commands.md`, renderCommandDocs(createFullCommandTable()));
