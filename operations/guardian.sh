# Kill all child process groups when the supervisor dies.
#
# The supervisor writes "+<process group>" and "-<process group>" lines into this process's standard input and keeps the pipe
# open. When the pipe closes for any reason, all remaining groups are killed.

# The supervisor handles Ctrl-C and SIGTERM; this process ends when the pipe closes.
trap '' INT TERM HUP
groups=' '
while read -r line; do
    group=${line#?}
    case $line in
    +*) groups="$groups$group " ;;
    -*) case $groups in *" $group "*) groups="${groups%%" $group "*} ${groups#*" $group "}" ;; esac ;;
    esac
done
for group in $groups; do
    kill -s KILL -- "-$group" 2>/dev/null
done
