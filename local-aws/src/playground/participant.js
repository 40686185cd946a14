// A customer's connection to a chat: requests to the participant service, and its websocket.

const TYPES = ["WEBSOCKET", "CONNECTION_CREDENTIALS"];
const HEARTBEAT = 10_000;
const LONGEST_WAIT = 8_000;

/** An error of the participant service. */
class Refused extends Error {
  constructor(status, type, message) {
    super(`${status} ${type}: ${message}`);
    this.status = status;
  }
}

async function ask(resource, bearer, body) {
  const headers = { "Content-Type": "application/json", "X-Amz-Bearer": bearer };
  const response = await fetch(`/participant/${resource}`, { method: "POST", headers, body: JSON.stringify(body) });
  const json = await response.json();
  if (!response.ok) throw new Refused(response.status, response.headers.get("x-amzn-errortype"), json.Message);
  return json;
}

/**
 * Joins a chat. The callbacks in `on` are `connected`, `lost`, `refused` (the chat has ended, or the token is
 * invalid), `item` (a message or an event) and `frame` (every frame).
 */
export function join({ ParticipantToken }, on) {
  let socket = null;
  let token = null;
  let heartbeat = null;
  let wait = 500;
  let left = false;

  async function connect() {
    try {
      const { Websocket, ConnectionCredentials } = await ask("connection", ParticipantToken, { Type: TYPES });
      token = ConnectionCredentials.ConnectionToken;
      if (!left) open(Websocket.Url);
    } catch (error) {
      if (left) return;
      if (error.status === 403) on.refused(error);
      else again();
    }
  }

  function open(given) {
    const url = new URL(given);
    // The policy of the page allows its own host only, and the page may have been opened as localhost.
    url.host = location.host;
    socket = new WebSocket(url);
    const opened = socket;
    socket.addEventListener("open", () => {
      tell({ topic: "aws/subscribe", content: { topics: ["aws/chat"] } });
      heartbeat = setInterval(() => tell({ topic: "aws/heartbeat" }), HEARTBEAT);
    });
    socket.addEventListener("message", ({ data }) => hear(JSON.parse(data)));
    socket.addEventListener("close", () => {
      clearInterval(heartbeat);
      if (left || socket !== opened) return;
      on.lost();
      again();
    });
  }

  function again() {
    setTimeout(() => left || connect(), wait);
    wait = Math.min(2 * wait, LONGEST_WAIT);
  }

  function tell(frame) {
    on.frame("sent", frame);
    socket.send(JSON.stringify(frame));
  }

  function hear(frame) {
    on.frame("received", frame);
    if (frame.topic === "aws/subscribe") {
      wait = 500;
      on.connected();
    }
    if (frame.topic === "aws/chat") on.item(JSON.parse(frame.content));
  }

  /** Sends a request with the connection token, and repeats it with a new token if that has expired. */
  async function speak(resource, body) {
    try {
      return await ask(resource, token, body);
    } catch (error) {
      if (error.status !== 403) throw error;
      const { ConnectionCredentials } = await ask("connection", ParticipantToken, { Type: [TYPES[1]] });
      token = ConnectionCredentials.ConnectionToken;
      return ask(resource, token, body);
    }
  }

  connect();
  return {
    send: (Content, ContentType = "text/plain") =>
      speak("message", { Content, ContentType, ClientToken: crypto.randomUUID() }),
    signal: (ContentType, content) => speak("event", { ContentType, ...(content && { Content: JSON.stringify(content) }) }),
    disconnect: () => speak("disconnect", {}),
    /** The whole transcript, oldest first. */
    async transcript() {
      const all = [];
      let next = {};
      do {
        const page = await speak("transcript", { MaxResults: 100, SortOrder: "ASCENDING", ...next });
        all.unshift(...page.Transcript);
        next = page.NextToken && { NextToken: page.NextToken };
      } while (next);
      return all;
    },
    /** Closes the connection. The chat continues without it. */
    close() {
      left = true;
      clearInterval(heartbeat);
      socket?.close();
    },
  };
}
