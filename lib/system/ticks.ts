/** USER_HZ of /proc: 100 on every Linux that Node runs on (time(7)). */
export const TICKS_PER_SECOND = 100
