/** The two packages, and their control files. Pure. */

/** A package of regmirror: with the executable, or for machines with Node. */
export interface Package {
  readonly name: 'regmirror' | 'regmirror-node'
  readonly architecture: 'amd64' | 'arm64' | 'all'
}

interface Control extends Package {
  readonly version: string
  readonly maintainer: string
  /** The size of its files, in KiB. */
  readonly size: number
}

export function controlText({ name, architecture, version, maintainer, size }: Control): string {
  const { depends, other, about } = RELATIONS[name]
  return `Package: ${name}
Version: ${version}
Architecture: ${architecture}
Maintainer: ${maintainer}
Installed-Size: ${size}
Depends: ${depends}
Conflicts: ${other}
Replaces: ${other}
Enhances: containerd
Section: admin
Priority: optional
Description: registry mirrors of a container node, from one list
 regmirror writes the mirror configuration of containerd from one list, checks
 that each mirror works, and removes mirrors while they fail. It manages whole
 files and one value of config.toml, and undoes all of it on request.
 .
 The package has units of systemd for the boot of a node and for a watcher.
 It does not enable them.
 .
 ${about}
`
}

const RELATIONS = {
  regmirror: {
    depends: 'libc6 (>= 2.28), libgcc-s1, libstdc++6 (>= 8)',
    other: 'regmirror-node',
    about: 'This package has one executable, which contains Node.js.',
  },
  'regmirror-node': {
    depends: 'nodejs (>= 22.22)',
    other: 'regmirror',
    about: 'This package uses the Node.js of the machine.',
  },
} as const
