// The spec reporter, followed by one line with the totals.
const { Spec } = require('mocha').reporters

module.exports = class extends Spec {
  epilogue() {
    super.epilogue()
    const { passes, failures, pending } = this.stats
    console.log(`${passes} passed, ${failures} failed, ${pending} skipped`)
  }
}
