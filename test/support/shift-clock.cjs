/**
 * Preloaded into the program under test: shifts its wall clock, and no other clock, by the milliseconds in the file that
 * REGMIRROR_TEST_CLOCK names. The file is read at every call.
 */
const fs = require('node:fs')

const now = Date.now
Date.now = () => now() + Number(fs.readFileSync(process.env.REGMIRROR_TEST_CLOCK, 'utf8'))
