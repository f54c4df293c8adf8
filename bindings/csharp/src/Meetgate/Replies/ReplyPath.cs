namespace Meetgate;

/// <summary>Where in an answer a value stands: <c>participates[2].user_id</c>. It becomes a text only for a message.</summary>
internal sealed class ReplyPath
{
    private readonly ReplyPath? inside;
    private readonly string? name;
    private readonly int index;

    /// <summary>The answer itself.</summary>
    internal ReplyPath(string? operation)
    {
        Operation = operation;
    }

    private ReplyPath(ReplyPath inside, string? name, int index)
    {
        Operation = inside.Operation;
        this.inside = inside;
        this.name = name;
        this.index = index;
    }

    /// <summary>Whose answer it is; null for one that a program made.</summary>
    internal string? Operation { get; }

    internal ReplyPath Member(string member) => new(this, member, -1);

    internal ReplyPath Item(int at) => new(this, null, at);

    public override string ToString()
    {
        string before = inside?.ToString() ?? "";
        return inside == null ? "" : name == null ? $"{before}[{index}]" : before.Length == 0 ? name : $"{before}.{name}";
    }
}
