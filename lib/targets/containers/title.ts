/** The programs with the containers/image library, for messages: verbs that follow are plural. */
export const TITLE = 'Podman and CRI-O'
