// The order of the test files: end-to-end files first, then stories, then the rest, so that no long file is left for the
// end while the other cores are idle. Within each group jest's own order holds: failed before, then longest, then largest.
const { default: Sequencer } = require('@jest/test-sequencer');

const first = [/[\\/]test[\\/]e2e[\\/]/, /[\\/]test[\\/]stories[\\/]/];

/** The group of a test file: the lower, the earlier. */
const groupOf = ({ path }) => {
  const group = first.findIndex((pattern) => pattern.test(path));
  return group < 0 ? first.length : group;
};

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    return [...super.sort(tests)].sort((one, other) => groupOf(one) - groupOf(other));
  }
};
