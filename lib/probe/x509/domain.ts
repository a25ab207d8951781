/** Domain names in certificates: crypto/x509/verify.go domainToReverseLabels, matchDomainConstraint@go1.24. Pure. */

/** The labels from last to first; undefined if the name is invalid. An empty name has none. */
export function reverseLabels(domain: string): readonly string[] | undefined {
  if (domain === '') return []
  const labels = domain.split('.').toReversed()
  return labels.every(label => /^[!-~]+$/.test(label)) ? labels : undefined
}

/** Whether the domain is the one of a constraint or below it; undefined if either is invalid. */
export function isBelow(domain: string, constraint: string): boolean | undefined {
  if (constraint === '') return true
  const labels = reverseLabels(domain)
  const suffix = reverseLabels(constraint.replace(/^\./, ''))
  if (labels === undefined || suffix === undefined) return undefined
  const least = constraint.startsWith('.') ? suffix.length + 1 : suffix.length
  const matches = (label: string, i: number) => label.toLowerCase() === labels[i]?.toLowerCase()
  return labels.length >= least && suffix.every(matches)
}
