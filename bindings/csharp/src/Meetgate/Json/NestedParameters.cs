namespace Meetgate;

/// <summary>
/// A parameter or a configuration key that has members of its own, for example a tile of a layout, or all parameters of an
/// operation. A member that is null is left out.
/// </summary>
public abstract class NestedParameters
{
    private protected NestedParameters()
    {
    }

    /// <summary>The JSON text that is sent, but for what is secret.</summary>
    public override string ToString()
    {
        ParameterText text = Write().Text;
        text.Finish();
        string shown = text.Problem?.Message ?? SecretMask.Hide(text.Bytes);
        text.Return();
        return shown;
    }

    internal abstract Parameters Write();
}
