#!/bin/bash
# A function that writes its AWS settings, and what the credentials endpoint in them answers: twice
# with the endpoint's token, and once with another.
env | grep '^AWS_' | sort
if [ -n "$AWS_CONTAINER_CREDENTIALS_FULL_URI" ]; then
  address=${AWS_CONTAINER_CREDENTIALS_FULL_URI#http://}
  address=${address%/}
  for token in "$AWS_CONTAINER_AUTHORIZATION_TOKEN" "$AWS_CONTAINER_AUTHORIZATION_TOKEN" wrong; do
    exec 3<>"/dev/tcp/${address%:*}/${address#*:}"
    printf 'GET / HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\nConnection: close\r\n\r\n' "$address" "$token" >&3
    cat <&3
    echo
  done
fi
echo 'done'
