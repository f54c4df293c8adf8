namespace Meetgate;

/// <summary>An operation's whole name, such as <c>avd.room.read</c>, as people and as the C library read it.</summary>
internal sealed class OperationName
{
    internal OperationName(string name)
    {
        Text = name;
        Terminated = Utf8.Terminated(name, "operation");
    }

    internal string Text { get; }

    /// <summary>With the NUL that ends it.</summary>
    internal byte[] Terminated { get; }
}
