using System;
using System.Threading.Tasks;

namespace Meetgate.Bench;

internal sealed class MeetgateReader(Target target) : Reader
{
    private readonly AvdClient avd = new(baseUrl: target.BaseUrl, token: target.Token);

    public override void Dispose() => avd.Dispose();

    internal override string Read() => Topic(avd.Room.Read(target.RoomId));

    internal override async Task<string> ReadAsync() => Topic(await avd.Room.ReadAsync(target.RoomId).ConfigureAwait(false));

    private static string Topic(AvdRoomReadReply reply) => reply.Data?.Topic ?? throw new InvalidOperationException("no topic");
}
