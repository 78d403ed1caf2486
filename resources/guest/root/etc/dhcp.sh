#!/bin/sh
# udhcpc tells here what it got: $1 says what happened, the rest comes in variables.
case $1 in
  deconfig)
    ip address flush dev "$interface"
    ip link set "$interface" up
    ;;
  bound | renew)
    ip address flush dev "$interface"
    ip address add "$ip/${mask:-24}" dev "$interface"
    [ -z "$router" ] || ip route replace default via "${router%% *}"
    for server in $dns; do echo "nameserver $server"; done > /etc/resolv.conf
    # Opened anew: whoever had the console open before getty took it is cut off.
    [ "$1" = renew ] || echo "tiny: $interface has $ip" > /dev/console
    ;;
esac
