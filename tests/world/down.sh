# on-down = "remove": when the link goes, the name goes too, over the second way out; but not if others have changed it.
# shellcheck shell=sh disable=SC2154 # lib.sh's variables

server_changes "add $cable 300 TXT stays"
configure 'ipv4 = "interface:ppp0"' 'on-down = "remove"'
concentrator_gives 203.0.113.10
dial
expect "the link comes up" wait_link 203.0.113.10 30
expect "the name gets its address" wait_name "$cable" A 203.0.113.10 30
expect "no run is left over from the link's coming up" wait_until 30 nsup_rests

hang_up
say_time "the link has gone"
expect "the name goes with the link" wait_until 30 name_holds "$cable" A
say_time "the name has gone"
expect "the server was told over the second way" was_done 192.168.77.2 "deleting .*$cable.* A"
expect "the name's other records stay" name_holds "$cable" TXT '"stays"'
expect "no run is left over from the link's going down" wait_until 30 nsup_rests

dial
expect "the link comes up again" wait_link 203.0.113.10 30
expect "the name gets its address again" wait_name "$cable" A 203.0.113.10 30
expect "no run is left over from the link's coming up again" wait_until 30 nsup_rests

server_changes "delete $cable A" "add $cable 300 A 198.51.100.77"
hang_up
expect "somebody else's newer value stays" throughout 8 name_holds "$cable" A 198.51.100.77
expect "no run is left over in the end" wait_until 30 nsup_rests
expect "somebody else's newer value is there in the end" name_holds "$cable" A 198.51.100.77
