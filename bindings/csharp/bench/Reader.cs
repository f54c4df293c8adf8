using System;
using System.Threading.Tasks;

namespace Meetgate.Bench;

/// <summary>
/// One way to do the work: a request with the token in it is sent, the answer's number is judged, and the topic of the room is read
/// from it.
/// </summary>
internal abstract class Reader : IDisposable
{
    public abstract void Dispose();

    internal abstract string Read();

    internal abstract Task<string> ReadAsync();
}
