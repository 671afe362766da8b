/**
 * The program in one file (and one for `--help`, which is rarely needed): Node reads and links some 200 modules of
 * `dist` one by one, which doubles the time from process start to the first PONG (docs/design/0004-request-path.md).
 * Whatever else there is (embedding, workers, tests) uses the modules as tsc wrote them.
 */
import { readFileSync } from 'node:fs';

/** Packages that the program contains, whose licences go with it. */
const PACKAGES = ['atomic-sleep', 'commander', 'denque', 'sonic-boom'];

const licences = {
  name: 'licences',
  generateBundle() {
    const texts = PACKAGES.map((name) => `${name}\n\n${readFileSync(`node_modules/${name}/LICENSE`, 'utf8')}`);
    this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY-LICENSES.txt', source: texts.join('\n\n') });
  },
};

export default {
  input: 'dist/cli/redstart-server.js',
  platform: 'node',
  plugins: [licences],
  // Nothing is left out: what a bundler sees no effect of may have one, such as a buffer that is made only so that V8
  // collects others (src/memory/buffer-return.ts).
  treeshake: false,
  output: { dir: 'dist/program', format: 'esm', cleanDir: true, minify: false },
};
