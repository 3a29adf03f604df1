# Both families: pppd tells its hook the link-local address only, and the global one arrives when the hook runs already.
# shellcheck shell=sh disable=SC2154 # lib.sh's variables

configure 'ipv4 = "interface:ppp0"' 'ipv6 = "interface:ppp0"' 'on-down = "keep"'
concentrator_gives 203.0.113.10
dial
expect "the link comes up" wait_link 203.0.113.10 30
# As long as a router's advertisement may take.
sleep 3
ip -n home address add 2001:db8:77::10/64 dev ppp0
say_time "the global address is there"
expect "the name gets the global address" wait_name "$cable" AAAA 2001:db8:77::10 30
say_time "the name has it"
expect "the name gets the other family's too" wait_name "$cable" A 203.0.113.10 30
expect "no run is left over" wait_until 30 nsup_rests
expect "both stay: the old" name_holds "$cable" A 203.0.113.10
expect "both stay: the new" name_holds "$cable" AAAA 2001:db8:77::10
