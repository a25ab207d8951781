/** Why a registry is unhealthy, in the same words everywhere. */
export const NO_ENDPOINT = 'no mirror and no server is healthy'
