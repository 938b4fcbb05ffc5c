"""A channel such as SMS by way of an e-mail gateway, as operators offer it: plain text to <number>@<the gateway's domain> becomes a message to the number."""

from activities.ports import Channel, Handed, Message


class GatewayChannel:
    """Hands messages to a gateway over the house's own SMTP. Digits alone go before the @: a plus there means something else to many servers."""

    def __init__(self, mail: Channel, *, domain: str) -> None:
        self._mail = mail
        self._domain = domain

    async def send(self, message: Message) -> Handed:
        return await self._mail.send(message.model_copy(update={"to": f"{message.to.removeprefix('+')}@{self._domain}"}))

    async def arrived(self, message_id: str) -> bool | None:
        return await self._mail.arrived(message_id)
