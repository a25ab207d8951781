/** "Did you mean": the candidate that a slip of the keyboard would have made into the word. Pure. */

/** The nearest candidate, if it is near enough to be meant. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: { readonly candidate: string; readonly distance: number } | undefined
  for (const candidate of candidates) {
    const most = slips(Math.max(word.length, candidate.length))
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase(), most)
    if (distance <= most && distance < (best?.distance ?? Number.POSITIVE_INFINITY))
      best = { candidate, distance }
  }
  return best?.candidate
}

/** How many slips are believed: in a short word two make another word, "delete" of "demote". */
function slips(letters: number): number {
  return letters <= 6 ? 1 : Math.min(3, Math.floor(letters / 3))
}

/** Insertions, deletions, replacements and swaps of neighbours from one word to the other; over `most`, anything above it. */
function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) next.push(cell(a, b, i, j, before, row, next))
    before = row
    row = next
  }
  return row[b.length] ?? most + 1
}

function cell(
  a: string,
  b: string,
  i: number,
  j: number,
  before: readonly number[],
  row: readonly number[],
  next: readonly number[],
): number {
  const at = (line: readonly number[], k: number) => line[k] ?? Number.POSITIVE_INFINITY
  const replaced = at(row, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
  const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
  return Math.min(replaced, at(row, j) + 1, at(next, j - 1) + 1, swap ? at(before, j - 2) + 1 : replaced)
}
