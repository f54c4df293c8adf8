namespace Meetgate;

public sealed partial class EventsOptions
{
    /// <summary>As the C library reads them, with the NUL behind them.</summary>
    internal byte[] Terminated()
    {
        ParameterText text = Write().Text;
        text.Finish();
        try
        {
            return text.Problem is { } problem ? throw problem : text.Copied();
        }
        finally
        {
            text.Return();
        }
    }
}
