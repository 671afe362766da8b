/**
 * The block that a server prints at its start on a terminal, or with `always-show-logo yes`. The three facts on its
 * right have the wording that tools look for.
 */

/** The logo with its facts; every line ends with a newline. */
export function logo(version: string, mode: string, port: number, pid: number): string {
  const facts = [
    `Redstart ${version}`,
    `speaks Redis, 64 bit`,
    `Running in ${mode} mode`,
    `Port: ${port}`,
    `PID: ${pid}`,
    '',
    'Data in typed arrays, one event loop, no fork',
  ];
  return `\n${BIRD.map((line, i) => `  ${line.padEnd(28)} ${facts[i] ?? ''}`.trimEnd()).join('\n')}\n\n`;
}

const BIRD = [
  '          __',
  '       __( o)>',
  '      /  _  \\',
  '     ( (/ )  )',
  "      \\_`-' /___",
  '        ||~~`---.`=====',
  '       _||_',
] as const;
