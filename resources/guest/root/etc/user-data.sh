#!/bin/sh
# Runs the script that came as user data, once there is a network, and shows what it said.
for _ in 1 2 3 4 5 6 7 8 9 10; do
  ip -4 address show scope global | grep -q inet && break
  sleep 1
done
/run/user-data > /var/log/user-data.log 2>&1
{
  cat /var/log/user-data.log
  echo "tiny: user data has run"
} > /dev/console
