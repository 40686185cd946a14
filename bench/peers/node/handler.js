// The chat back end as one writes it for Node.js, with AWS's SDK.
import { ConnectClient, StartChatContactCommand } from "@aws-sdk/client-connect";

const connect = new ConnectClient();

export async function handler(event) {
  const request = JSON.parse(event.body);
  const result = await connect.send(
    new StartChatContactCommand({
      InstanceId: process.env.INSTANCE_ID,
      ContactFlowId: process.env.CONTACT_FLOW_ID,
      ParticipantDetails: request.ParticipantDetails,
      Attributes: request.Attributes,
      InitialMessage: request.InitialMessage,
      SupportedMessagingContentTypes: request.SupportedMessagingContentTypes,
    }),
  );
  console.log(JSON.stringify({ message: "chat", contactId: result.ContactId }));
  const { ContactId, ParticipantId, ParticipantToken } = result;
  return {
    statusCode: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ data: { startChatResult: { ContactId, ParticipantId, ParticipantToken } } }),
  };
}
