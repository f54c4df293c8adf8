// What the pieces of the guide take for granted.

/// <summary>Each piece becomes a method of this class.</summary>
internal static partial class Guide
{
    private static readonly AvdClient avd = null!;
    private static readonly HstClient hst = null!;
    private static readonly Vault vault = null!;
    private static readonly byte[] bytes = [];
    private static readonly CancellationToken cancellationToken = CancellationToken.None;
}

internal sealed class Vault
{
    public Task<(string Text, TimeSpan Lifetime)> ReadTokenAsync(string? except, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}

/// <summary>The program of a user's, which the guide's test is for.</summary>
internal sealed class Reception(AvdClient avd)
{
    public async Task<string?> TopicAsync(string room)
    {
        try
        {
            return (await avd.Room.ReadAsync(room)).Data?.Topic;
        }
        catch (MeetgateNotFoundException)
        {
            return null;
        }
    }
}
