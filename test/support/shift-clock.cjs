/**
 * Loaded into the program under test before its first line: its wall clock is off by as many milliseconds as the file
 * named in REGMIRROR_TEST_CLOCK says at that moment. No other clock is.
 */
const fs = require('node:fs')

const now = Date.now
Date.now = () => now() + Number(fs.readFileSync(process.env.REGMIRROR_TEST_CLOCK, 'utf8'))
