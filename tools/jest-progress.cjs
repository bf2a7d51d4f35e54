// A jest reporter for use with the default one, which prints a line per finished test file: when no file has finished for
// 15 seconds, it names those that run, and again after each further 15 seconds. It prints nothing else.
/* global clearInterval, process, setInterval */
const { relative } = require('node:path');

const quietMs = 15_000;

module.exports = class ProgressReporter {
  constructor({ rootDir }) {
    this.rootDir = rootDir;
    /** When each running test file started. */
    this.startedAt = new Map();
  }

  onRunStart() {
    this.startedAt.clear();
    this.waitAgain();
  }

  onTestFileStart(test) {
    this.startedAt.set(test, Date.now());
  }

  onTestFileResult(test) {
    this.startedAt.delete(test);
    this.waitAgain();
  }

  onRunComplete() {
    clearInterval(this.timer);
  }

  /** The timer never keeps jest from ending. */
  waitAgain() {
    clearInterval(this.timer);
    this.timer = setInterval(() => this.printRunning(), quietMs);
    this.timer.unref();
  }

  printRunning() {
    const files = [...this.startedAt].map(([{ path }, startedAt]) => {
      const seconds = Math.round((Date.now() - startedAt) / 1000);
      return `${relative(this.rootDir, path).replaceAll('\\', '/')} (${seconds} s)`;
    });
    if (files.length > 0) process.stderr.write(`RUNS ${files.join(', ')}\n`);
  }
};
