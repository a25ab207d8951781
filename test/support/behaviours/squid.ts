/** A configuration of squid that denies one host. */

export const SQUID = `http_port 127.0.0.1:$PORT
pid_filename none
cache_log /dev/null
access_log none
coredump_dir $DIR
error_directory $TREE/usr/share/squid-langpack/templates
icon_directory $TREE/usr/share/squid/icons
mime_table $TREE/usr/share/squid/mime.conf
hosts_file $DIR/hosts
shutdown_lifetime 1 second
visible_hostname squid.test
unlinkd_program $TREE/usr/lib/squid/unlinkd
pinger_enable off
acl denied dstdomain denied.test
http_access deny denied
http_access allow all
cache deny all
`
