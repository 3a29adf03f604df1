# The words that scenarios are written in: results, time, the link and its concentrator, the server and its names, nsup.
#
# What asks prints what it found and says by its status whether that is what was wanted, so that `expect` can use it.
# shellcheck shell=sh disable=SC2034,SC2154 # world.sh, this file and the scenarios know each other's variables

results=/run/world/results
server=192.0.2.53
cable=cable.example.org

isp() { nsenter --net=/run/netns/isp "$@"; }

# --- results -------------------------------------------------------------------------------------------------------

say_ok() { echo "ok $1" >>"$results"; }           # say_ok SENTENCE
say_fail() { echo "not ok $1: $2" >>"$results"; } # say_fail SENTENCE DETAIL

# say_time WHAT
say_time() {
	read -r uptime _ </proc/uptime
	echo "# $uptime s: $1" >>"$results"
}

# expect SENTENCE COMMAND...
expect() {
	sentence=$1
	shift
	# By a file, since in a subshell the command could not remember anything.
	if "$@" >/run/found 2>&1; then
		say_ok "$sentence"
	else
		say_fail "$sentence" "$(tr '\n' ' ' </run/found)"
	fi
}

# --- time ----------------------------------------------------------------------------------------------------------

# Both leave a whole number of seconds in a variable, since a subshell takes long in here.
set_now() {
	read -r now _ </proc/uptime
	now=${now%.*}
}
set_deadline() { # set_deadline SECONDS
	set_now
	deadline=$((now + $1 + 1))
}

# wait_until SECONDS COMMAND...: prints what the command printed last.
wait_until() {
	set_deadline "$1"
	shift
	until found=$("$@"); do
		set_now
		if [ "$now" -ge "$deadline" ]; then
			echo "$found"
			return 1
		fi
		sleep 0.2
	done
	echo "$found"
}

# throughout SECONDS COMMAND...: the command is true all the time.
throughout() {
	set_deadline "$1"
	shift
	while [ "$now" -lt "$deadline" ]; do
		if ! found=$("$@"); then
			echo "$found"
			return 1
		fi
		sleep 0.5
		set_now
	done
}

# --- the link ------------------------------------------------------------------------------------------------------

concentrator=
# The number of the next session. Each concentrator has its own: one's farewell to an old session would end a new one.
session=1

# concentrator_gives ADDRESS: from now on. A session that is up is ended, as providers do it every night.
concentrator_gives() {
	old_sessions=
	if [ -n "$concentrator" ]; then
		old_sessions=$(pgrep -P "$concentrator" || :)
		# It must not end them yet: the client would find nobody, and wait for seconds before it called again.
		kill -KILL "$concentrator"
	fi
	mkdir -p /run/isp
	# connect-delay: for its pppoe to start, or what it says first would get lost, and be said again a second later.
	cat >/run/isp/options <<-END
		noauth
		+ipv6
		connect-delay 300
		lcp-restart 1
		ipcp-restart 1
		ipv6cp-restart 1
	END
	# Its pppd has an /etc/ppp and a /run of its own: no hooks, and no /run/ppp0.pid of the other.
	isp unshare --mount sh -c "mount --bind /run/isp /etc/ppp && mount --bind /run/isp /run && exec pppoe-server \
		-I e0 -L 198.51.100.1 -R $1 -N 1 -o $session -O /etc/ppp/options -X /run/pppoe-server.pid"
	read -r concentrator </run/isp/pppoe-server.pid
	session=$((session + 10))
	for old_session in $old_sessions; do
		kill -TERM "$old_session" || :
	done
}

# dial [OPTION...]: starts pppd, which calls again whenever it loses the link.
dial() {
	# With its own /sys too, and not by a function, or the number would be a shell's.
	ip netns exec home pppd call cable nodetach nolog "$@" &
	pppd=$!
}

# hang_up: ends pppd, and the link with it.
hang_up() {
	kill -TERM "$pppd"
	wait "$pppd" || :
}

# link_address: of the link at home; nothing while it is down.
link_address() { ip -n home -4 -o address show dev ppp0 2>/dev/null | sed -n 's/.* inet \([0-9.]*\).*/\1/p'; }

link_has() {
	address=$(link_address)
	echo "the link has ${address:-no address}"
	[ "$address" = "$1" ]
}

# wait_link ADDRESS SECONDS
wait_link() { wait_until "$2" link_has "$1"; }

# --- the server ----------------------------------------------------------------------------------------------------

server_stop() { kill -STOP "$named"; }
server_cont() { kill -CONT "$named"; }

# server_changes LINE...: in nsupdate's words, by somebody else who has the key.
server_changes() {
	{ echo "server $server" && printf '%s\n' "$@" && echo send; } | isp nsupdate -k /run/named/home.key
}

# name_holds NAME TYPE [VALUE...]: exactly these, or none.
name_holds() {
	question="$1 $2"
	values=$(isp dig +short +time=2 +tries=1 "@$server" "$1" "$2" | sort)
	shift 2
	echo "$question is ${values:-none}"
	[ "$values" = "$(printf '%s\n' "$@" | sort)" ]
}

# was_done ADDRESS WHAT: by the server, at the request of the home's ADDRESS.
was_done() {
	if ! grep "client @[^ ]* $1#.*/key home-key: updating zone.*: $2" /run/world/named.log; then
		echo "the server's log has no such line"
		return 1
	fi
}

# wait_name NAME TYPE VALUE SECONDS
wait_name() { wait_until "$4" name_holds "$1" "$2" "$3"; }

# --- nsup ----------------------------------------------------------------------------------------------------------

# configure LINE...: the configuration, with these lines about the name.
configure() {
	cat >/etc/nsup/nsup.toml <<-END
		server = "$server"
		key = "/etc/nsup/home.key"
		allow-private = true # 203.0.113.0/24 and 2001:db8::/32 are for documentation
		[[name]]
		name = "$cable"
	END
	printf '%s\n' "$@" >>/etc/nsup/nsup.toml
}

nsup_runs() { pgrep -l -x nsup; }
nsup_rests() { ! nsup_runs; }
