/** The releases of Go that containerds are built with, where they read HTTP in different ways. Pure. */

/** Debian's containerd 1.6 is built with 1.19; later ones with 1.24 or a later release that reads HTTP as 1.24 does. */
export type GoRelease = '1.19' | '1.24'
