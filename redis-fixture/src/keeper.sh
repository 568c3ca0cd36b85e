# Keeps one server, and does what it is told: one order a line, each answered by a line. When the orders end,
# which the kernel sees to however the process that gave them ended, so does the server.
#
# $1: the directory of the server, which goes with it. The rest: its command.

# A signal to the group, such as Ctrl-C, must not part the keeper from its server.
trap '' HUP INT PIPE TERM
directory=$1
shift
server=

while read -r order; do
  case $order in
    start)
      "$@" >>"$directory/log" 2>&1 &
      server=$!
      ;;
    kill)
      kill -s KILL "$server"
      wait "$server"
      ;;
    *) kill -s "$order" "$server" ;;
  esac
  echo "$order"
done

kill -s KILL "$server"
wait
rm -rf -- "$directory"
