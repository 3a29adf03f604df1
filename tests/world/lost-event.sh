# The lost event. While a script of ip-up.d runs, pppd calls none for what happens meanwhile, and afterwards it only
# looks whether the link is up: one that went down and returned with another address is never told of. Seen with a hook
# that slept 9 seconds: "up 203.0.113.1", no word of 203.0.113.2, and when that link went, "down 203.0.113.2".
#
# Twenty times the link gets an address while the server is silent, so that nsup's run is held up, and then another. The
# name must have the last one. In odd rounds a neighbour of nsup's hook takes its time, which makes pppd lose the event;
# in even ones there is one run for each address, and they race.
# shellcheck shell=sh disable=SC2154 # lib.sh's variables

rounds=20
slow=/run/neighbour-is-slow
heard=/run/neighbour-heard

# What pppd tells, as any hook hears it; being called after nsup's, it has heard only what nsup has been told of.
cat >/etc/ppp/ip-up.d/60neighbour <<END
#!/bin/sh
echo "\$4" >>$heard
while [ -e $slow ]; do sleep 0.1; done
END
chmod 755 /etc/ppp/ip-up.d/60neighbour

has_heard() { grep -x "$1" $heard; }
# A run that has only just been started has not seen the address yet, and ends if it goes before it has.
is_held_up() { has_heard "$1" && nsenter --net=/run/netns/home ss -Htn src "$1" dst "$server" | grep .; }

# play_round NUMBER FIRST_ADDRESS LAST_ADDRESS
play_round() {
	begun=$now
	server_stop
	if [ $(($1 % 2)) = 1 ]; then
		: >$slow
	fi
	concentrator_gives "$2"
	wait_link "$2" 30 || return 1
	wait_until 10 is_held_up "$2" || { echo "no run is held up" && return 1; }
	concentrator_gives "$3"
	wait_link "$3" 30 || return 1
	if [ -e $slow ]; then
		rm $slow
		# Long enough for a script that pppd would start now.
		sleep 0.7
		! has_heard "$3" || { echo "pppd has not lost the event" && return 1; }
	else
		wait_until 10 has_heard "$3" || { echo "pppd has lost the event" && return 1; }
	fi
	nsup_runs || { echo "no run has waited for the server" && return 1; }
	server_cont
	set_now
	continued=$now
	wait_name "$cable" A "$3" 30 || return 1
	set_now
	echo "# round $1: $((now - begun)) s, of which $((now - continued)) s after the server went on" >>"$results"
	wait_until 30 nsup_rests || { echo "a run is left over" && return 1; }
	name_holds "$cable" A "$3" || { echo "an older run has had the last word" && return 1; }
}

configure 'ipv4 = "interface:ppp0"' 'on-down = "keep"'
concentrator_gives 203.0.113.1
# ipv6-up would tell of what ip-up does not.
dial noipv6
expect "the link comes up" wait_link 203.0.113.1 30
expect "the name gets its address" wait_name "$cable" A 203.0.113.1 30
expect "no run is left over" wait_until 30 nsup_rests
round=1
while [ $round -le $rounds ]; do
	set_now
	expect "round $round: the name gets the last address" play_round $round \
		"203.0.113.$((100 + round))" "203.0.113.$((200 + round))"
	# After a failure too.
	rm -f $slow
	server_cont
	round=$((round + 1))
done
