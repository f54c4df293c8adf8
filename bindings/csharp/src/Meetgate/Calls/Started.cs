namespace Meetgate;

/// <summary>What was started, as the C library undoes it: each text with the NUL that ends it.</summary>
internal sealed class Started
{
    internal Started(string name, byte[] operation, byte[] parameters, Answer answer)
    {
        Name = name;
        Operation = operation;
        Parameters = parameters;
        Answer = new byte[answer.Utf8.Length + 1];
        answer.Utf8.CopyTo(Answer, 0);
    }

    internal string Name { get; }

    internal byte[] Operation { get; }

    internal byte[] Parameters { get; }

    internal byte[] Answer { get; }
}
