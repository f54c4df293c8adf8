using System;
using System.Collections.Generic;

namespace Meetgate;

/// <summary>One call on its way: all that the C library gets.</summary>
internal sealed class Exchange
{
    private readonly byte[]? operation;
    private readonly ParameterText parameters;
    private readonly ParameterText? options;
    private readonly TimeSpan? timeout;

    /// <param name="name">For people: in traces.</param>
    /// <param name="operation">With the NUL that ends it; null for a raw call.</param>
    /// <param name="parameters">The parameters, or the raw request.</param>
    /// <param name="options">Of this call alone.</param>
    internal Exchange(string name, byte[]? operation, ParameterText parameters, CallOptions? options)
    {
        Name = name;
        this.operation = operation;
        this.parameters = parameters;
        if (options != null)
        {
            this.options = options.Write().Text;
            this.options.Finish();
            timeout = options.Timeout;
        }
    }

    internal string Name { get; }

    /// <summary>Why it cannot be sent; else null.</summary>
    internal Exception? Problem => parameters.Problem ?? options?.Problem;

    /// <summary>Sends it, waits for the answer, and gives the texts back.</summary>
    internal Answer Run(ClientOwner owner)
    {
        List<SpooledFile>? files = parameters.Files;
        try
        {
            if (Problem is { } problem)
            {
                // Nobody knew the operation when the parameters were written.
                throw problem is MeetgateInvalidArgumentException ? Refused(problem.Message) : problem;
            }
            files?.ForEach(file => file.Write(Name));
            owner.LimitProvider(timeout);
            byte[] answer = owner.Handle.Call(Name, operation, parameters.Bytes, options == null ? default : options.Bytes);
            return new Answer(answer, Name);
        }
        finally
        {
            files?.ForEach(file => file.Delete());
            parameters.Return();
            options?.Return();
        }
    }

    private MeetgateException Refused(string message) =>
        MeetgateException.Refused(MeetgateStatus.InvalidArgument, message, Name);
}
