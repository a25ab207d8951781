# For `.`: whether the Node on the PATH can run regmirror.
new_enough() {
  node -e 'var v = process.versions.node.split(".").map(Number); process.exit(v[0] > 22 || (v[0] === 22 && v[1] >= 22) ? 0 : 1)' 2>/dev/null
}
