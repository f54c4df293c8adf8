using System;

namespace Meetgate;

/// <summary>The bytes of an answer, and whose answer it is.</summary>
internal sealed class Answer
{
    internal Answer(byte[] utf8, string? operation)
    {
        Utf8 = utf8;
        Operation = operation;
    }

    internal byte[] Utf8 { get; }

    internal string? Operation { get; }

    /// <summary>An answer that a program makes, for its own tests.</summary>
    internal static Answer Made(string json) =>
        new(Meetgate.Utf8.Strict.GetBytes(Required.NotNull(json, nameof(json))), null);
}
