// Reports every script that V8 compiles instead of taking it from its code cache. For --require.
const vm = require('node:vm')

const { Script } = vm
vm.Script = class extends Script {
  constructor(source, options) {
    super(source, options)
    const how = this.cachedDataRejected === false ? 'cached' : 'compiled'
    process.stderr.write(`${how} ${options.filename}\n`)
  }
}
