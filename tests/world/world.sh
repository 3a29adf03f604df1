#!/bin/sh
# The world that pppd is tested in. It is the first process of a User-mode Linux kernel that mod.rs starts with the
# host's files as its root, read-only, and with one directory that it writes to: its own. When it starts, that holds
# lib.sh, the scenario, the program and its hooks; when it has ended, also the results and the logs. $limit, on the
# kernel's command line, is after how many seconds it ends in any case.
#
#     isp   named 192.0.2.53 ── pppoe-server e0 ════ PPPoE ════ e1 pppd ppp0   home, with Debian's /etc/ppp and nsup
#                              192.168.77.1 w0 ───────────── w1 192.168.77.2   (the second way out)
# shellcheck disable=SC1091,SC2034,SC2154 # the variables of lib.sh, and its own for the scenarios
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C

# The whole life of the first process: it starts the world, reaps the orphans of daemons, and switches off.
live() {
	mount -t proc proc /proc
	mount -t tmpfs tmpfs /run
	# However the test that started this may end.
	(sleep "$limit" && echo o >/proc/sysrq-trigger) &
	cover
	chroot $root /bin/sh /run/world/world.sh inside &
	wait $! || :
	echo o >/proc/sysrq-trigger
	# An init that ends makes the kernel panic.
	while :; do sleep 1; done
}

# Lays memory over the host's files: everything can be written to, and nothing arrives there.
cover() {
	root=/run/root
	mkdir -p /run/lib/modules /run/layer/upper /run/layer/work $root
	# Debian keeps this kernel's modules where modprobe does not look.
	modules=/usr/lib/uml/modules/$(uname -r)
	ln -s "$modules" /run/lib/modules/
	modprobe -d /run overlay
	mount -t overlay -o lowerdir=/,upperdir=/run/layer/upper,workdir=/run/layer/work overlay $root
	mount -t proc proc $root/proc
	mount -t sysfs sysfs $root/sys
	mount -t devtmpfs devtmpfs $root/dev
	mkdir -p $root/dev/pts $root/lib/modules
	mount -t devpts devpts $root/dev/pts
	mount -t tmpfs tmpfs $root/run
	mount -t tmpfs tmpfs $root/tmp
	ln -sfn "$modules" "$root/lib/modules/${modules##*/}"
	mkdir $root/run/world
	mount -t hostfs -o "${0%/*}" hostfs $root/run/world
}

# Everything that is logged, by pppd and by nsup, goes into one file in the order in which it came.
start_syslog() {
	perl -MSocket -MIO::Handle -e '
		socket(my $log, PF_UNIX, SOCK_DGRAM, 0) or die "socket: $!";
		bind($log, sockaddr_un("/dev/log")) or die "/dev/log: $!";
		chmod 0666, "/dev/log";
		open(my $file, ">>", "/run/world/syslog") or die "syslog: $!";
		$file->autoflush(1);
		while (defined recv($log, my $line, 8192, 0)) {
			# What the C library puts in front: the priority, and a time of whole seconds.
			$line =~ s/^<\d+>(\w{3} [ \d]\d [\d:]{8} )?//;
			$line =~ s/[\0\n]+$//;
			open(my $uptime, "<", "/proc/uptime") or die "uptime: $!";
			my ($now) = split " ", <$uptime>;
			printf $file "%8.2f %s\n", $now, $line;
		}' &
}

# Two namespaces and two cables between them. The second way out stands in a table that is looked at when the main one
# has no route: pppd makes no default route where that has one already, whatever its metric.
connect() {
	modprobe -a ipv6 veth ppp_async pppoe
	[ -e /dev/ppp ] || mknod /dev/ppp c 108 0
	ip netns add isp
	ip netns add home
	# In one go each, since the start of a program takes long in here.
	ip -batch - <<-END
		link add e0 netns isp type veth peer name e1 netns home
		link add w0 netns isp type veth peer name w1 netns home
	END
	ip -n isp -batch - <<-END
		link set lo up
		link set e0 up
		link set w0 up
		address add $server/32 dev lo
		address add 192.168.77.1/24 dev w0
	END
	ip -n home -batch - <<-END
		link set lo up
		link set e1 up
		link set w1 up
		address add 192.168.77.2/24 dev w1
		route add default via 192.168.77.1 table default
	END
	isp sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
}

start_named() {
	mkdir /run/named
	write_key /run/named/home.key
	cat >/run/named/example.org.zone <<-END
		\$TTL 300
		@ SOA ns hostmaster 1 1h 15m 1w 5m
		@ NS ns
		ns A $server
	END
	cat >/run/named/named.conf <<-END
		include "/run/named/home.key";
		options {
			directory "/run/named";
			listen-on { $server; };
			listen-on-v6 { none; };
			pid-file none;
			session-keyfile none;
			lock-file none;
			recursion no;
			dnssec-validation no;
			empty-zones-enable no;
			notify no;
			max-cache-size 2M;
		};
		controls { };
		zone "example.org" {
			type primary;
			file "example.org.zone";
			update-policy { grant home-key zonesub ANY; };
		};
	END
	# Not by a function, or this would be the number of a shell.
	nsenter --net=/run/netns/isp named -g -4 -n 1 -c /run/named/named.conf >/run/world/named.log 2>&1 &
	named=$!
}

# A throw-away key, which everybody knows: its secret is that of keys/unsafe.key.
write_key() {
	(umask 077 && cat >"$1") <<-END
		key "home-key" {
			algorithm hmac-sha256;
			secret "bnN1cDogYSBrZXkgZm9yIHRyeWluZyBpdCBvdXQuLiE=";
		};
	END
}

# Debian's own scripts stay as they are; of what is in their directories, what is pppd's own stays, and nsup's comes.
install_home() {
	rm -f /etc/ppp/*.local
	for directory in ip-up.d ip-down.d ipv6-up.d ipv6-down.d; do
		find "/etc/ppp/$directory" -type f ! -name 0000usepeerdns -delete
		install -m 755 "/run/world/ppp/$directory"/* "/etc/ppp/$directory/"
	done
	# What it takes to be up again soon. Its first word would come before the other side listens: so it is silent.
	cat >/etc/ppp/peers/cable <<-END
		plugin rp-pppoe.so
		nic-e1
		noauth
		noipdefault
		defaultroute
		+ipv6
		persist
		maxfail 0
		holdoff 1
		silent
		lcp-restart 1
		ipcp-restart 1
		ipv6cp-restart 1
	END
	# The first place where Debian's ip-up looks for programs.
	mkdir -p /usr/local/sbin
	install -m 755 /run/world/nsup /usr/local/sbin/nsup
	mkdir -p /etc/nsup
	write_key /etc/nsup/home.key
}

is_ready() { [ -S /dev/log ] && grep ' running$' /run/world/named.log; }

if [ "${1-}" != inside ]; then
	live
fi

. /run/world/lib.sh
start_syslog
connect
start_named
install_home
wait_until 30 is_ready
say_time "the world is there"
. /run/world/scenario.sh
say_time "the scenario has ended"
# Results count only if this is there.
echo "end" >>"$results"
