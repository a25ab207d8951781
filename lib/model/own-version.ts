/** The version of regmirror. */
import pkg from '../../package.json' with { type: 'json' }

export const OWN_VERSION = pkg.version
