// The spec reporter, ended by one line that says how the run went.
const { Spec } = require('mocha').reporters

module.exports = class extends Spec {
  epilogue() {
    super.epilogue()
    const { passes, failures, pending } = this.stats
    console.log(`${passes} passed, ${failures} failed, ${pending} skipped`)
  }
}
