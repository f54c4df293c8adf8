using System.Text.Json.Serialization;
using System.Threading;

namespace Meetgate;

public sealed partial class WaitOptions
{
    /// <summary>
    /// Ends the wait: how one that blocks is ended from another thread. An awaited one has a token of its own beside it, and each of
    /// them ends it.
    /// </summary>
    [JsonIgnore]
    public CancellationToken CancellationToken { get; set; }

    /// <summary>As the C library reads them.</summary>
    internal ParameterText Text()
    {
        ParameterText text = Write().Text;
        text.Finish();
        return text;
    }
}
