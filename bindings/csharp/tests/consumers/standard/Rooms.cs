using System.Threading.Tasks;
using Meetgate;

/// <summary>For programs that know nothing of Meetgate.</summary>
public static class Rooms
{
    public static string? Topic(string config, string room)
    {
        using var avd = new AvdClient(config);
        return avd.Room.Read(room).Data?.Topic;
    }

    public static async Task<string?> TopicAsync(string config, string room)
    {
        using var avd = new AvdClient(config);
        return (await avd.Room.ReadAsync(room).ConfigureAwait(false)).Data?.Topic;
    }
}
