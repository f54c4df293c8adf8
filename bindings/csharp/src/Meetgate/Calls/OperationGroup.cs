using System;
using System.Threading;
using System.Threading.Tasks;

namespace Meetgate;

/// <summary>A group of operations of one client.</summary>
public abstract class OperationGroup
{
    private readonly MeetgateClient? client;

    /// <summary>For test doubles: a group that calls nothing.</summary>
    protected OperationGroup()
    {
    }

    internal OperationGroup(MeetgateClient client)
    {
        this.client = client;
    }

    private MeetgateClient Client =>
        client ?? throw new NotSupportedException("this group is a double of a test, and calls nothing: substitute the method");

    internal T Send<T>(OperationName operation, Parameters parameters, CallOptions? options, Func<Answer, T> make) =>
        Client.Send(operation, parameters, options, make);

    internal Task<T> SendAsync<T>(
        OperationName operation,
        Parameters parameters,
        CallOptions? options,
        Func<Answer, T> make,
        CancellationToken cancellationToken) =>
        Client.SendAsync(operation, parameters, options, make, cancellationToken);

    internal Guarded<T> Guard<T>(OperationName operation, Parameters parameters, CallOptions? options, Func<Answer, T> make) =>
        Client.Guard(operation, parameters, options, make);

    internal Task<Guarded<T>> GuardAsync<T>(
        OperationName operation,
        Parameters parameters,
        CallOptions? options,
        Func<Answer, T> make,
        CancellationToken cancellationToken) =>
        Client.GuardAsync(operation, parameters, options, make, cancellationToken);

    internal T Wait<T>(OperationName operation, Parameters parameters, WaitOptions? options, Func<Answer, T> make) =>
        Client.Wait(operation, parameters, options, make);

    internal Task<T> WaitAsync<T>(
        OperationName operation,
        Parameters parameters,
        WaitOptions? options,
        Func<Answer, T> make,
        CancellationToken cancellationToken) =>
        Client.WaitAsync(operation, parameters, options, make, cancellationToken);
}
