# The seed of this project: the link comes up and the name has its address; the address changes and the name follows.
# shellcheck shell=sh disable=SC2154 # lib.sh's variables

server_changes "add $cable 300 TXT stays"
configure 'ipv4 = "interface:ppp0"' 'on-down = "keep"'
concentrator_gives 203.0.113.10
dial
expect "the link comes up" wait_link 203.0.113.10 30
expect "the name gets the link's address" wait_name "$cable" A 203.0.113.10 30
expect "it was told over the link" was_done 203.0.113.10 "adding an RR at '$cable' A 203.0.113.10"
say_time "the name is set"
concentrator_gives 203.0.113.20
expect "the link returns with another address" wait_link 203.0.113.20 30
expect "the name follows" wait_name "$cable" A 203.0.113.20 30
say_time "the name has followed"
expect "no run is left over" wait_until 30 nsup_rests
expect "the name keeps the link's address" name_holds "$cable" A 203.0.113.20
expect "the name's other records stay" name_holds "$cable" TXT '"stays"'
