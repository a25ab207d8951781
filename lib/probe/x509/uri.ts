/** URIs in certificates: crypto/x509/parser.go parseSANExtension, verify.go matchURIConstraint@go1.24. Pure. */
import { parseGoUrl } from '../../model/go-url.ts'
import { reverseLabels } from './domain.ts'

/** Whether Go accepts it as an alternative name. */
export function isUri(text: string): boolean {
  const url = parseGoUrl(text)
  return url !== undefined && reverseLabels(url.host) !== undefined
}

/** The host name; empty if there is none. An address of IPv6 keeps its brackets. */
export function uriHost(text: string): string {
  return parseGoUrl(text)?.host.replace(/:[^:\]]*$/, '') ?? ''
}
