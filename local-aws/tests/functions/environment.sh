#!/bin/bash
# A function that tells what AWS settings it was given, and fetches the credentials it was pointed at.
env | grep '^AWS_' | sort
if [ -n "$AWS_CONTAINER_CREDENTIALS_FULL_URI" ]; then
  address=${AWS_CONTAINER_CREDENTIALS_FULL_URI#http://}
  address=${address%/}
  for token in "$AWS_CONTAINER_AUTHORIZATION_TOKEN" wrong; do
    exec 3<>"/dev/tcp/${address%:*}/${address#*:}"
    printf 'GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: %s\r\nConnection: close\r\n\r\n' "$token" >&3
    cat <&3
    echo
  done
fi
echo 'done'
